# expect: unsafe LG001
import torch
def rd(p, *, backend):
    return backend.load(p)  # site
x = rd("a.pt", backend=torch)
