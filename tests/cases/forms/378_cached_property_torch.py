# expect: unsafe LG001
import functools


class A:
    @functools.cached_property
    def torch(self):
        import torch

        return torch

    def go(self, p):
        return self.torch.load(p)  # site
