# expect: unsafe LG001
import torch

LOADERS = dict(pt=torch.load)


def read(path, kind):
    return LOADERS[kind](path)  # site
