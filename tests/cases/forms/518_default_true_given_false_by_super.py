# expect: unsafe LG003
import torch


class Reader:
    def read(self, path, weights_only=True):
        return torch.load(path, weights_only=weights_only)  # site


class Trusting(Reader):
    def read(self, path):
        return super().read(path, weights_only=False)
