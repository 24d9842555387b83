# expect: safe
import torch
class Meta(type):
    load = torch.load
class IO(metaclass=Meta): pass
x = IO.load("m.pt", weights_only=True)
