# expect: unsafe LG001
import numpy
import torch

load = numpy.load
while cond:
    load("model.pt")  # site
    load = torch.load
