# expect: unsafe LG002
import torch


def restore(path):
    safe = False
    return torch.load(path, weights_only=safe)  # site
