# expect: unsafe LG003
import torch

OPTIONS = {"weights_only": False}


def read(path, weights_only=True):
    return torch.load(path, weights_only=weights_only)  # site


state = read("model.pt", **OPTIONS)
