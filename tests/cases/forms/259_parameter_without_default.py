# expect: depends LG003
import torch


def read(path, weights_only):
    return torch.load(path, weights_only=weights_only)  # site
