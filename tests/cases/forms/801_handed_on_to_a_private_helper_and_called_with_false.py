# expect: unsafe LG003
import torch
def _read(path, safe):
    return torch.load(path, weights_only=safe)  # site
def read(path, safe=True):
    return _read(path, safe)
read("a.pt", safe=False)
