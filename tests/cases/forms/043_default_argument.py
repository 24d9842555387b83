# expect: unsafe LG001
import torch


def read(path, loader=torch.load):
    return loader(path)  # site
