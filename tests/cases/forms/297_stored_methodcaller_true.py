# expect: safe
from operator import methodcaller

import torch

read = methodcaller("load", "model.pt", weights_only=True)
state = read(torch)
