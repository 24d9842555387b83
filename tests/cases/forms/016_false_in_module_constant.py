# expect: unsafe LG002
import torch

WEIGHTS_ONLY = False


def restore(path):
    return torch.load(path, weights_only=WEIGHTS_ONLY)  # site
