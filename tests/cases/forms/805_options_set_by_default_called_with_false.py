# expect: depends LG003
import torch


def read(path, **options):
    options.setdefault("weights_only", True)
    return torch.load(path, **options)  # site


read("a.pt", weights_only=False)
