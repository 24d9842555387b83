# expect: unsafe LG001
import functools
import torch
state = torch.load("a")  # site
torch.load = functools.partial(torch.load, weights_only=True)
