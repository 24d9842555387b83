# expect: unsafe LG002
import torch


def read(path):
    try:
        return torch.load(path, weights_only=True)
    except Exception:
        return torch.load(path, weights_only=False)  # site
