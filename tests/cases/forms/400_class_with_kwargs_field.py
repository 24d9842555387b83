# expect: unsafe LG002
import torch


class A:
    KW = {"map_location": "cpu", "weights_only": False}

    def f(self, p):
        return torch.load(p, **self.KW)  # site
