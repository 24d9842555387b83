# expect: safe
import torch


def f(p, **kw):
    return torch.load(p, **{"weights_only": True, **kw})
