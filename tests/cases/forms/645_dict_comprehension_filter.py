# expect: safe
import torch
def f(p, **kw):
    kw = {k: v for k, v in kw.items() if k != "weights_only"}
    return torch.load(p, weights_only=True, **kw)
