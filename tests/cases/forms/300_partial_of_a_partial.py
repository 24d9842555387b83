# expect: unsafe LG001
import functools

import torch

on_cpu = functools.partial(torch.load, map_location="cpu")  # site
mapped = functools.partial(on_cpu, mmap=True)
state = mapped("model.pt")
