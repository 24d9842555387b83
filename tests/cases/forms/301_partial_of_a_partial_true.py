# expect: safe
import functools

import torch

on_cpu = functools.partial(torch.load, map_location="cpu")
safely = functools.partial(on_cpu, weights_only=True)
state = safely("model.pt")
