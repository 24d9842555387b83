# expect: unsafe LG002
import torch

_load = torch.load


def _unsafe(*arguments, **options):
    options["weights_only"] = False
    return _load(*arguments, **options)  # site


torch.load = _unsafe
