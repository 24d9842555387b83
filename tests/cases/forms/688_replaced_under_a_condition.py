# expect: unsafe LG001
import functools
import torch
if input():
    torch.load = functools.partial(torch.load, weights_only=True)
state = torch.load("a")  # site
