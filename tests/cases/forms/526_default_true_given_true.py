# expect: safe
import functools

import torch


class Reader:
    def __init__(self, safe=True):
        self.safe = safe

    def read(self, path, weights_only=True):
        return torch.load(path, weights_only=weights_only), torch.load(path, weights_only=self.safe)


class Other:
    def read(self, path, weights_only=True):
        return open(path)


state = Reader(safe=True).read("model.pt", True)
reader = functools.partial(Reader().read, weights_only=1)
text = Other().read("model.txt", weights_only=False)
