# expect: unsafe LG001
torch = None


def setup():
    global torch
    import torch


def f(p):
    return torch.load(p)  # site
