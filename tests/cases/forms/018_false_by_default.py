# expect: unsafe LG002
import torch


def restore(path, weights_only=False):
    return torch.load(path, weights_only=weights_only)  # site
