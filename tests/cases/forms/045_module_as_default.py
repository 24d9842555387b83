# expect: unsafe LG001
import torch


def read(path, backend=torch):
    return backend.load(path)  # site
