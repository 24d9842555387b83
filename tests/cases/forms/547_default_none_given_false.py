# expect: unsafe LG001
import torch


def read(path, weights_only=None):
    return torch.load(path, weights_only=weights_only)  # site


state = read("model.pt", weights_only=False)
