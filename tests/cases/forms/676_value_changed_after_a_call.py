# expect: unsafe LG003
import torch
SAFE = True
def go(path):
    return torch.load(path, weights_only=SAFE)  # site
go("a")
SAFE = False
