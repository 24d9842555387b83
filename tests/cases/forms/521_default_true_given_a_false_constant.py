# expect: unsafe LG003
import torch

TRUSTED = True


def read(path, weights_only=True):
    return torch.load(path, weights_only=weights_only)  # site


state = read("model.pt", weights_only=not TRUSTED)
