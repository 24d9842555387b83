# expect: safe
import torch
def read(path, weights_only=None):
    if weights_only is None:
        weights_only = True
    return torch.load(path, weights_only=weights_only)
