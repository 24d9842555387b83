# expect: unsafe LG001
from torch import load


class Reader:
    def load(self, path):
        return load(path)  # site
