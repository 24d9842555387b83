# expect: safe
import functools
import torch
class R:
    def __init__(self):
        self.__dict__["f"] = functools.partial(torch.load, weights_only=True)
    def read(self, p):
        return self.f(p)
