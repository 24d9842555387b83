# expect: safe
import torch
def _load(p, weights_only):
    return torch.load(p, weights_only=weights_only)
a = _load("a.pt", True)
b = _load("b.pt", weights_only=True)
