# expect: unsafe LG001
from torch.utils.benchmark import Timer
t = Timer("t.load('x.pt')", setup="import torch as t")  # site
