# expect: depends LG003
import torch


def read(path, config):
    return torch.load(path, weights_only=config.weights_only)  # site
