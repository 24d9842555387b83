# expect: unsafe LG001
import torch


def f(p):
    raise RuntimeError(torch.load(p)["msg"])  # site
