# expect: safe
import torch
SAFE = False
def go(path):
    return torch.load(path, weights_only=SAFE)
SAFE = True
go("a")
