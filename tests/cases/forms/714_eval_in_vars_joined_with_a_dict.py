# expect: unsafe LG001
import torch
p = "x.pt"
state = eval("load(p)", vars(torch) | {"p": p})  # site
