# expect: unsafe LG001
import torch
d = {}
d.update([("f", torch.load)])
m = d["f"]("a")  # site
