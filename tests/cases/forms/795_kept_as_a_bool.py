# expect: safe
import torch
class Reader:
    def __init__(self, *, safe: bool = True):
        self._safe = bool(safe)
    def read(self, path):
        return torch.load(path, weights_only=self._safe)
