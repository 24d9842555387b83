# expect: unsafe LG001
from functools import partial
import torch
load = partial(torch.load, map_location="cpu")  # site
load = partial(load, mmap=True)
load("a")
