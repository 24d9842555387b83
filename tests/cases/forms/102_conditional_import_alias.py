# expect: unsafe LG001
import sys

if sys.version_info >= (3, 8):
    import torch as backend
else:
    import numpy as backend


def read(path):
    return backend.load(path)  # site
