# expect: unsafe LG003
import torch


class Reader:
    safe = True

    def read(self, path):
        return torch.load(path, weights_only=self.safe)  # site


class Trusting(Reader):
    safe = False
