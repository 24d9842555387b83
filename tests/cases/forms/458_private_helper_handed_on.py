# expect: depends LG003
import torch
def _load(p, weights_only):
    return torch.load(p, weights_only=weights_only)  # site
register(_load)
a = _load("a.pt", True)
