# expect: safe
import torch
import functools
def safe(f):
    return functools.partial(f, weights_only=True)
read = safe(torch.load)
x = read("a")
