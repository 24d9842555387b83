# expect: unsafe LG001
import functools

import torch


@functools.lru_cache(maxsize=None)
def read(path):
    return torch.load(path)  # site
