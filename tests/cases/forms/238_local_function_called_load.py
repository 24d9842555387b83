# expect: safe
from torch import load


def read(path):
    def load(path):
        return open(path)

    return load(path)


print(load)
