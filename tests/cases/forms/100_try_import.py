# expect: unsafe LG001
try:
    import torch
except ImportError:
    torch = None


def read(path):
    return torch.load(path)  # site
