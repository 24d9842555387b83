# expect: safe
import torch
d = {}
d["a"], d["b"] = torch.load, torch.save
x = d["a"]("m.pt", weights_only=True)
