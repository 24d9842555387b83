# expect: safe
import torch
class R:
    def _load(self, p, weights_only):
        return torch.load(p, weights_only=weights_only)
    def read(self, p):
        return self._load(p, True)
