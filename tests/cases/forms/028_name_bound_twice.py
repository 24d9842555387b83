# expect: unsafe LG001
import torch

read = torch.load
restore = read


def get(path):
    return restore(path)  # site
