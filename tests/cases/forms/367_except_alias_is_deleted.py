# expect: unsafe LG001
import torch as t

try:
    go()
except E as torch:
    pass
y = t.load("model.pt")  # site
