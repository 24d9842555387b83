# expect: depends LG003
import torch


def read(path, trusted):
    safe = True
    if trusted:
        safe = False
    return torch.load(path, weights_only=safe)  # site
