# expect: safe
import numpy
import torch

try:
    load = torch.load
finally:
    load = numpy.load
x = load("model.pt")
