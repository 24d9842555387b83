# expect: unsafe LG003
import torch
def read(path, options):
    return torch.load(path, **(options or {"weights_only": True}))  # site
