# expect: unsafe LG001
import torch


def read(*arguments):
    return torch.load(*arguments)  # site
