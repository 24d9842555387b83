# expect: unsafe LG001
import torch


class Reader:
    loader = staticmethod(torch.load)

    def read(self, path):
        safe = type(self).loader(path, weights_only=True)
        return safe, type(self).loader(path), self.__class__.loader(path)  # site site
