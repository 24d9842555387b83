# expect: unsafe LG001
import torch
import numpy

m = torch if x else numpy
m.load(p)  # site
