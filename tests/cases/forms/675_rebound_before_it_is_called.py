# expect: safe
from torch import load
def go(path):
    return load(path)
load = print
go("a")
