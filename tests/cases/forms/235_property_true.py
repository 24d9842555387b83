# expect: safe
import torch


class Reader:
    @property
    def safe(self):
        return True

    def read(self, path):
        return torch.load(path, weights_only=self.safe)
