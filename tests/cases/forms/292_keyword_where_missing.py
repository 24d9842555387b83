# expect: safe
import torch


def read(path, **options):
    if "weights_only" not in options:
        options["weights_only"] = True
    return torch.load(path, **options)
