# expect: safe
import torch
def fill(kw):
    kw["weights_only"] = True
def read(p):
    kw = {}
    fill(kw)
    return torch.load(p, **kw)
