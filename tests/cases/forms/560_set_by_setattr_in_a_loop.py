# expect: unsafe LG001
import torch


class Io:
    pass


for name in ("save", "load"):
    setattr(Io, name, getattr(torch, name))
state = Io.load("model.pt")  # site
