# expect: unsafe LG001
import torch


def other():
    from fairseq import torch

    return torch


def read(path):
    return torch.load(path)  # site
