# expect: unsafe LG001
import torch
class A:
    def __init__(self): setattr(self, "f", torch.load)
    def go(self, p): return self.f(p)  # site
