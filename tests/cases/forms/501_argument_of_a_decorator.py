# expect: unsafe LG001
import torch


@register(torch.load(p))  # site
def f():
    pass
