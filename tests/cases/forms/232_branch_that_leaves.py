# expect: safe
import torch


def read(path, trusted):
    safe = True
    if trusted:
        safe = False
        return safe
    return torch.load(path, weights_only=safe)
