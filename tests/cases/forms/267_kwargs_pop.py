# expect: depends LG003
import torch


def read(path, **options):
    safe = options.pop("weights_only")
    return torch.load(path, weights_only=safe)  # site
