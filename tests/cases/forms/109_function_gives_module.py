# expect: unsafe LG001
def _torch():
    import torch

    return torch


def read(path):
    return _torch().load(path)  # site
