# expect: safe
import torch


def read(load, path):
    return load(path)


print(torch.__version__)
