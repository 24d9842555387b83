# expect: unsafe LG001
from functools import cached_property


class Reader:
    @cached_property
    def library(self):
        import torch as t

        return t

    def read(self, path):
        return self.library.load(path)  # site
