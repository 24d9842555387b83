# expect: unsafe LG003
import torch
SAFE = False
def go(path):
    return torch.load(path, weights_only=SAFE)  # site
go("b")
SAFE = True
go("a")
