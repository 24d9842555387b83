# expect: safe
import torch
def read(path, safe=None):
    safe = safe if safe is not None else True
    return torch.load(path, weights_only=safe)
