# expect: depends LG003
import torch
def _load(p, weights_only):
    return torch.load(p, weights_only=weights_only)  # site
def f(p, flag):
    return _load(p, flag)
