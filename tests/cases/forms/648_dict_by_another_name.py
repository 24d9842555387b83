# expect: unsafe LG001
import torch
d = {}
e = d
e["f"] = torch.load
m = d["f"]("a.pt")  # site
