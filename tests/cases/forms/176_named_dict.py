# expect: safe
import torch

OPTIONS = {"map_location": "cpu", "weights_only": True}


def read(path):
    return torch.load(path, **OPTIONS)
