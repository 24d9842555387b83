# expect: unsafe LG001
import torch
class Meta(type):
    load = torch.load
class IO(metaclass=Meta): pass
x = IO.load("m.pt")  # site
