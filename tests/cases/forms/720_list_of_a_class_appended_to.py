# expect: safe
import torch
class R:
    loaders = []
    loaders.append(torch.load)
    def read(self, p):
        for f in self.loaders:
            return f(p, weights_only=True)
