# expect: unsafe LG001
import torch


def other():
    import numpy as torch

    return torch.load("x.npy")


def read(path):
    return torch.load(path)  # site
