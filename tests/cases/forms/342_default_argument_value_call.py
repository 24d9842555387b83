# expect: unsafe LG001
import torch


def f(x=torch.load("model.pt")): ...  # site
