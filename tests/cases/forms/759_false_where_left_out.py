# expect: unsafe LG002
import torch
def read(path, weights_only=None):
    if weights_only is None:
        weights_only = False
    return torch.load(path, weights_only=weights_only)  # site
