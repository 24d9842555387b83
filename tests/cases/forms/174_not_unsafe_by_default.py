# expect: safe
import torch


def read(path, *, unsafe: bool = False):
    return torch.load(path, weights_only=not unsafe)
