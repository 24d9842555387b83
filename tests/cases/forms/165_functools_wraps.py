# expect: unsafe LG002
import functools

import torch

_original = torch.load


@functools.wraps(torch.load)
def _load(*arguments, **options):
    options["weights_only"] = False
    return _original(*arguments, **options)  # site


torch.load = _load
