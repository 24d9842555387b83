# expect: unsafe LG001
import torch
d = {}
e = d
e.update(f=torch.load)
m = d["f"]("x")  # site
