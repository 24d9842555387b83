# expect: depends LG003
import torch


class A:
    def __init__(self, safe):
        self.safe = safe

    def f(self, p):
        return torch.load(p, weights_only=self.safe)  # site
