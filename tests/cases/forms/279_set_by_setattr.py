# expect: unsafe LG001
import torch


class Reader:
    def __init__(self):
        setattr(self, "read", torch.load)

    def __call__(self, path):
        return self.read(path)  # site
