# expect: unsafe LG001
import torch


def read(path):
    return {"pt": torch.load}["pt"](path)  # site
