# expect: unsafe LG001
import torch


def states(paths):
    for path in paths:
        yield torch.load(path)["model"]  # site
