# expect: safe
class Reader:
    from torch import load

    def read(self, path):
        return load(path)


def load(path):
    return path
