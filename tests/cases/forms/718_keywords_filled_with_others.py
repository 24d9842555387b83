# expect: unsafe LG001
import torch
def fill(kw):
    kw["map_location"] = "cpu"
kw = {}
fill(kw)
torch.load("a.pt", **kw)  # site
