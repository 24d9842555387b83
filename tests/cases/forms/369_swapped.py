# expect: unsafe LG001
import numpy
import torch

a, b = torch, numpy
a, b = b, a
x = b.load("model.pt")  # site
