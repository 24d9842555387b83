# expect: unsafe LG001
import torch


def read(path, loader=None):
    loader = loader or torch.load
    return loader(path)  # site
