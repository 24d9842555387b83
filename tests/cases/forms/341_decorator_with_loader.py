# expect: unsafe LG001
import torch


def register(name, loader): ...
@register("x", torch.load)  # site
def f(): ...
