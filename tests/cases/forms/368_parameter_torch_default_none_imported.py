# expect: unsafe LG001
def f(p, torch=None):
    if torch is None:
        import torch
    return torch.load(p)  # site
