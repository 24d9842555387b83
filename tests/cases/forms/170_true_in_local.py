# expect: safe
import torch


def read(path):
    safe = True
    return torch.load(path, weights_only=safe)
