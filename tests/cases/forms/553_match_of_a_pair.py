# expect: unsafe LG001
import torch


def read(path):
    match (path, torch.load):
        case (str() as name, reader):
            return reader(name)  # site
