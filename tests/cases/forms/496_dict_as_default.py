# expect: unsafe LG001
import torch


def read(p, opts={"f": torch.load}):
    return opts["f"](p)  # site
