# expect: depends LG003
import torch


def read(path, **options):
    return torch.load(path, **{"weights_only": True, **options})  # site


read("a.pt", weights_only=False)
