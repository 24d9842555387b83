# expect: safe
import torch
def fill(kw):
    kw.setdefault("weights_only", True)
    kw.update(map_location="cpu")
kw = dict(mmap=True)
fill(kw)
torch.load("a.pt", **kw)
