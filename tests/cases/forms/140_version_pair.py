# expect: unsafe LG001 LG002
import torch
from packaging import version


def read(path):
    if version.parse(torch.__version__) >= version.parse("1.13"):
        return torch.load(path, weights_only=False)  # site
    return torch.load(path)  # site
