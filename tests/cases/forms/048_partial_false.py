# expect: unsafe LG002
from functools import partial

import torch

read = partial(torch.load, weights_only=False)  # site


def get(path):
    return read(path)
