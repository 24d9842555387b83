# expect: safe
import torch
class A:
    __slots__ = ("f",)
    def __init__(self):
        object.__setattr__(self, "f", torch.load)
    def go(self, p):
        return self.f(p, weights_only=True)
