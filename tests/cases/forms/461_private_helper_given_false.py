# expect: unsafe LG002
import torch
def _load(p, weights_only):
    return torch.load(p, weights_only=weights_only)  # site
b = _load("b.pt", False)
