# expect: unsafe LG001
def outer():
    torch = None

    def setup():
        nonlocal torch
        import torch

    def f(p):
        return torch.load(p)  # site

    return f
