# expect: safe
import torch


class Reader:
    safe = True

    def read(self, path):
        return torch.load(path, weights_only=self.safe)
