# expect: safe
import torch


def read(path):
    torch = Catalogue()
    return torch.load(path)


class Catalogue:
    def load(self, path):
        return path


print(torch.zeros(1))
