# expect: unsafe LG001
import torch
from collections import namedtuple
L = namedtuple("L", "t")
l = L(torch)
l.t.load("a")  # site
