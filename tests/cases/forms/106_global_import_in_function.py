# expect: unsafe LG001
torch = None


def setup():
    global torch
    import torch


def read(path):
    return torch.load(path)  # site
