# expect: unsafe LG002
import torch

OPTIONS = dict(map_location="cpu", weights_only=False)


def restore(path):
    return torch.load(path, **OPTIONS)  # site
