# expect: safe
import torch
original = torch.load
def strict(*args, **kwargs):
    kwargs["weights_only"] = True
    return original(*args, **kwargs)
torch.load = strict
def read(path):
    return torch.load(path)
