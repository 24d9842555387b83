# expect: safe
"""Do not write torch.load(path) here.

    state = torch.load("model.pt")
"""

import torch


def read(path):
    """Like `torch.load(path)`, but safe."""
    return torch.load(path, weights_only=True)
