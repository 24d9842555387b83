# expect: safe
from operator import methodcaller

import torch

x = methodcaller("load", "model.pt", weights_only=True)(torch)
