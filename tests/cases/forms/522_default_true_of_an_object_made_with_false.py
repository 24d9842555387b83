# expect: unsafe LG003
import torch


class Reader:
    def __init__(self, safe=True):
        self.safe = safe

    def read(self, path):
        return torch.load(path, weights_only=self.safe)  # site


state = Reader(safe=False).read("model.pt")
