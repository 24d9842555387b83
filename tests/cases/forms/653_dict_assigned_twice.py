# expect: unsafe LG001
import torch
a = b = {}
b["f"] = torch.load
m = a["f"]("x")  # site
