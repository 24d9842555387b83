# expect: safe
import torch
class R:
    loaders = [("pt", torch.load)]
    def read(self, p):
        for name, f in R.loaders:
            return f(p, weights_only=True)
