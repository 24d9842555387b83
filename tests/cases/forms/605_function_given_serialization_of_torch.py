# expect: unsafe LG001
import torch
def get(lib, p):
    return lib.load(p)  # site
get(torch.serialization, "a")
