# expect: unsafe LG001
import torch as library


def read(path):
    match (library, path):
        case (torch, where):
            return torch.load(where)  # site
