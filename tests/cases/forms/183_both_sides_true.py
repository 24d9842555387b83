# expect: safe
import torch


def read(path, fast):
    safe = True if fast else 1
    return torch.load(path, weights_only=safe)
