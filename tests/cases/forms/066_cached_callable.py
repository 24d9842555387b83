# expect: unsafe LG001
import functools

import torch

read = functools.lru_cache(maxsize=4)(torch.load)
state = read("model.pt")  # site
