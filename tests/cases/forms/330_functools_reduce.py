# expect: unsafe LG001
import functools

import torch

x = functools.reduce(lambda a, p: {**a, **torch.load(p)}, ["model.pt"], {})  # site
