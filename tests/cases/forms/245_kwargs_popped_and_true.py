# expect: safe
import torch


def read(path, **options):
    options.pop("weights_only", None)
    return torch.load(path, weights_only=True, **options)
