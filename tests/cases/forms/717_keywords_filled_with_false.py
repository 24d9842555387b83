# expect: unsafe LG002
import torch
def fill(kw):
    kw["weights_only"] = False
kw = {}
fill(kw)
torch.load("a.pt", **kw)  # site
