# expect: depends LG003
import torch


class Reader:
    def read(self, path):
        return torch.load(path, weights_only=self.safe)  # site
