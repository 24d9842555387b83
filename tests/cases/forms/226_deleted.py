# expect: safe
import torch


def read(path):
    load = torch.load
    del load
    load = open
    return load(path)
