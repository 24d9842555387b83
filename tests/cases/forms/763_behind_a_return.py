# expect: safe
import torch
def f(p):
    return torch.load(p, weights_only=True)
    torch.load(p)
