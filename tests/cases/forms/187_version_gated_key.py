# expect: safe
import torch
from packaging import version


def read(path):
    options = {"map_location": "cpu"}
    if version.parse(torch.__version__) >= version.parse("2.0"):
        options["weights_only"] = True
    return torch.load(path, **options)
