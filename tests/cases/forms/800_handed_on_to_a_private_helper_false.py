# expect: unsafe LG002
import torch
def _read(path, safe):
    return torch.load(path, weights_only=safe)  # site
def read(path, safe=False):
    return _read(path, safe)
