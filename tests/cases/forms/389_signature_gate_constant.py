# expect: unsafe LG001
import inspect

import torch

HAS = "weights_only" in inspect.signature(torch.load).parameters


def f(p):
    if HAS:
        return torch.load(p, weights_only=True)
    return torch.load(p)  # site
