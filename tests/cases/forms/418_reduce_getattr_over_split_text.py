# expect: unsafe LG001
import torch
from functools import reduce
loader = reduce(getattr, "serialization.load".split("."), torch)
loader("x.pt")  # site
