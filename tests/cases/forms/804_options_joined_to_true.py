# expect: safe
import torch

STRICT = {"weights_only": True}


def read(path, **options):
    return torch.load(path, **(STRICT | options))
