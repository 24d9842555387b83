# expect: unsafe LG001
import torch


def get(path):
    fn = torch.load
    return fn(path, map_location="cpu")  # site
