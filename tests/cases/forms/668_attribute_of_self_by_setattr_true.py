# expect: safe
import torch
class A:
    def __init__(self): setattr(self, "f", torch.load)
    def go(self, p): return self.f(p, weights_only=True)
