# expect: unsafe LG001
def prepare():
    import torch

    torch.manual_seed(0)


def read(path):
    return torch.load(path)  # site
