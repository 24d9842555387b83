# expect: unsafe LG001
from torch import load

if cond:
    from numpy import load
x = load("model.pt")  # site
