# expect: safe
import torch
def _read(path, safe):
    return torch.load(path, weights_only=safe)
def read(path, safe=True):
    return _read(path, safe)
