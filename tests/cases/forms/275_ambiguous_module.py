# expect: depends LG003
from fairseq.compat import torch as t


def read(path):
    return t.load(path, map_location="cpu")  # site
