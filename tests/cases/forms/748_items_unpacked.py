# expect: unsafe LG001
import torch
d = {}
d["a"], d["b"] = torch.load, torch.save
x = d["a"]("m.pt")  # site
