# expect: depends LG003
from functools import partial

import torch


def reader(**options):
    return partial(torch.load, **options)  # site
