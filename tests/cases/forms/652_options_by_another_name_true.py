# expect: safe
import torch
kw = {}
other = kw
other["weights_only"] = True
m = torch.load("a", **kw)
