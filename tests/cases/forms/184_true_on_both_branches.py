# expect: safe
import torch


def read(path, fast):
    if fast:
        safe = True
    else:
        safe = True
    return torch.load(path, weights_only=safe)
