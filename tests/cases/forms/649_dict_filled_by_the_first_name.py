# expect: unsafe LG001
import torch
d = {}
e = d
d["f"] = torch.load
m = e["f"]("a.pt")  # site
