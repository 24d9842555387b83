# expect: safe
import torch
def read(lib, p):
    return lib.load(p)
read(torch.jit, "x")
