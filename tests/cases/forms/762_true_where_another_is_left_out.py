# expect: unsafe LG003
import torch
def read(path, weights_only=None, other=None):
    if other is None:
        weights_only = True
    return torch.load(path, weights_only=weights_only)  # site
