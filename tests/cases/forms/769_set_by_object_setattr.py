# expect: unsafe LG001
import torch
class Reader:
    __slots__ = ("read",)
    def __init__(self):
        object.__setattr__(self, "read", torch.load)
    def go(self, path):
        return self.read(path)  # site
