# expect: safe
import torch


def read(path, **options):
    options.setdefault("weights_only", True)
    return torch.load(path, **options)
