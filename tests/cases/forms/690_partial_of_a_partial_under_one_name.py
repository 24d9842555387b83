# expect: safe
from functools import partial
import torch
load = partial(torch.load, map_location="cpu")
load = partial(load, weights_only=True)
load("a")
