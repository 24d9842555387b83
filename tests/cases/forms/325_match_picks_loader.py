# expect: unsafe LG001
import numpy
import torch


def f(p):
    match p.suffix:
        case ".npy":
            load = numpy.load
        case _:
            load = torch.load
    return load(p)  # site
