# expect: unsafe LG003
import torch


def f(p):
    safe = True
    try:
        go()
    except Exception:
        safe = False
    return torch.load(p, weights_only=safe)  # site
