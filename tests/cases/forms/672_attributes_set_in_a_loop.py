# expect: unsafe LG001
import torch
class A:
    def __init__(self):
        for n in ("f", "g"):
            setattr(self, n, torch.load)
    def go(self, p): return self.g(p)  # site
