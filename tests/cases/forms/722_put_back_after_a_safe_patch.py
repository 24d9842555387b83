# expect: safe
import functools
import torch
original = torch.load
torch.load = functools.partial(original, weights_only=True)
state = torch.load("a.pt")
torch.load = original
