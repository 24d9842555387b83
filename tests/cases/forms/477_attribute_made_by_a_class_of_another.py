# expect: safe
import numpy
import torch


class Reader:
    def __getattr__(self, name):
        return getattr(numpy, name)


Reader().load("model.npy")
