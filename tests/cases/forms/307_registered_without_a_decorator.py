# expect: unsafe LG001
import torch

READERS = {}


def register(suffix):
    def keep(function):
        READERS[suffix] = function
        return function

    return keep


register(".pt")(torch.load)  # site
