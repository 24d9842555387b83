# expect: unsafe LG001
import functools

import torch

read = functools.lru_cache()(functools.partial(torch.load, map_location="cpu"))  # site
