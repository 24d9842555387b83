# expect: safe
import functools

import torch

on_cpu = functools.partial(torch.load, map_location="cpu")
mapped = functools.partial(on_cpu, mmap=True)
state = mapped("model.pt", weights_only=True)
