# expect: safe
from dataclasses import dataclass

import torch


@dataclass
class Options:
    safe: bool = True


def read(path):
    options = Options()
    return torch.load(path, weights_only=options.safe)
