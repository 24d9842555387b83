# expect: unsafe LG001
import torch


def restore(path, weights_only=None):
    return torch.load(path, weights_only=weights_only)  # site
