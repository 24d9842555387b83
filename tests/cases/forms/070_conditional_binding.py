# expect: unsafe LG001
import pickle
import sys

import torch

if sys.platform == "win32":
    load = pickle.load
else:
    load = torch.load


def read(path):
    return load(path)  # site
