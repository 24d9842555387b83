# expect: unsafe LG001
import torch


def restore(path):
    return torch.load(path, map_location="cpu")  # site
