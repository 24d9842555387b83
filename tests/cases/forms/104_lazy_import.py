# expect: unsafe LG001
def read(path):
    import torch

    return torch.load(path)  # site
