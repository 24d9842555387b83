# expect: depends LG003
import torch


def read(path, trusted):
    return torch.load(path, weights_only=not trusted)  # site
