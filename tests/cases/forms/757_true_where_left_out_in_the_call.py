# expect: safe
import torch
def read(path, safe=None):
    return torch.load(path, weights_only=True if safe is None else safe)
