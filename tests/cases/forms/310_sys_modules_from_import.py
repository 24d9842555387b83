# expect: unsafe LG001
from sys import modules

import torch

x = modules["torch"].load("model.pt")  # site
