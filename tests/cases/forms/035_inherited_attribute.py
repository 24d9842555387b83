# expect: unsafe LG001
import torch


class Base:
    loader = staticmethod(torch.load)


class Reader(Base):
    def read(self, path):
        return self.loader(path)  # site
