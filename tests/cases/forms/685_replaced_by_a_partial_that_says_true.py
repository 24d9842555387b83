# expect: safe
import functools
import torch
torch.load = functools.partial(torch.load, weights_only=True)
state = torch.load("a")
