# expect: unsafe LG001
import functools

import torch


class R:
    read = functools.partialmethod(torch.load, map_location="cpu")  # site
