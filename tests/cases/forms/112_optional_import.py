# expect: unsafe LG001
from monai.utils import optional_import

torch, has_torch = optional_import("torch")


def read(path):
    return torch.load(path)  # site
