# expect: safe
import functools
import torch
def read(p):
    original = torch.load
    torch.load = functools.partial(original, weights_only=True)
    try:
        return torch.load(p)
    finally:
        torch.load = original
