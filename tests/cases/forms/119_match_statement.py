# expect: unsafe LG001
import torch


def read(path, kind):
    match kind:
        case "torch":
            return torch.load(path)  # site
        case _:
            return None
