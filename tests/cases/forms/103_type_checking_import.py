# expect: unsafe LG001
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def read(path):
    import torch

    return torch.load(path)  # site
