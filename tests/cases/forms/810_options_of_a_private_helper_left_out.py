# expect: depends LG003
import torch


def _read(path, **options):
    return torch.load(path, **options)  # site


def both():
    return _read("a.pt", weights_only=True), _read("b.pt")
