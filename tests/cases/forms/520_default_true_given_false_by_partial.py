# expect: unsafe LG003
import functools

import torch


def read(path, weights_only=True):
    return torch.load(path, weights_only=weights_only)  # site


trusting = functools.partial(read, weights_only=False)
