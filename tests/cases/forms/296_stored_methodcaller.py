# expect: unsafe LG001
from operator import methodcaller

import torch

read = methodcaller("load", "model.pt", map_location="cpu")  # site
state = read(torch)
