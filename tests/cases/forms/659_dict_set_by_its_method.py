# expect: unsafe LG001
import torch
d = {}
d.__setitem__("f", torch.load)
m = d["f"]("a")  # site
