# expect: unsafe LG002
from functools import partial

import torch

read = partial(torch.load, weights_only=True)


def get(path):
    return read(path, weights_only=False)  # site
