# expect: safe
import functools
import torch
original = torch.load
torch.load = functools.partial(original, weights_only=True)
try:
    state = torch.load("a.pt")
finally:
    torch.load = original
