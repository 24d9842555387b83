# expect: depends LG003
import torch


def read(path, **options):
    safe = options.pop("weights_only", True)
    return torch.load(path, weights_only=safe, **options)  # site


read("a.pt", weights_only=False)
