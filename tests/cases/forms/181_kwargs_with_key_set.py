# expect: safe
import torch


def read(path, **options):
    options["weights_only"] = True
    return torch.load(path, **options)
