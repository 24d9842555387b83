# expect: unsafe LG003
import torch


def read(f, map_location=None, weights_only=False):
    return torch.load(**locals())  # site
