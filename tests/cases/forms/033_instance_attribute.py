# expect: unsafe LG001
import torch


class Reader:
    def __init__(self):
        self.load_fn = torch.load

    def read(self, path):
        return self.load_fn(path)  # site
