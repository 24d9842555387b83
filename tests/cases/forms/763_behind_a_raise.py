# expect: unsafe LG001
import torch
def read(path):
    raise NotImplementedError
    return torch.load(path)  # site
