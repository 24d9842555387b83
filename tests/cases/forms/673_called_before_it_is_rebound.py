# expect: unsafe LG001
from torch import load
def go(path):
    return load(path)  # site
go("a")
load = print
