# expect: unsafe LG001
import torch


class A:
    def __init__(self):
        self.kw = {"map_location": "cpu"}

    def f(self, p):
        return torch.load(p, **self.kw)  # site
