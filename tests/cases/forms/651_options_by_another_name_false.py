# expect: unsafe LG002
import torch
kw = {"weights_only": True}
other = kw
other["weights_only"] = False
m = torch.load("a", **kw)  # site
