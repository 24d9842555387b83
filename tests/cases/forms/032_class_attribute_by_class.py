# expect: unsafe LG001
import torch


class Reader:
    loader = torch.load

    @classmethod
    def read(cls, path):
        return cls.loader(path)  # site


state = Reader.loader("model.pt")  # site
