# expect: safe
import torch


class Reader:
    loader = staticmethod(torch.load)

    def read(self, path):
        return type(self).loader(path, weights_only=True), self.__class__.loader(path, weights_only=1)
