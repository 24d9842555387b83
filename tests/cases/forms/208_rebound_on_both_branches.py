# expect: safe
import json
import pickle

from torch import load

if json.__name__:
    load = json.load
else:
    load = pickle.load


def read(path):
    return load(path)
