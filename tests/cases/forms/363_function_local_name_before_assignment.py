# expect: safe
import torch


def f(lamp):
    torch = lamp
    return torch.load("model.pt")
