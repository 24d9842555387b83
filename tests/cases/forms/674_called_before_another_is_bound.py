# expect: safe
load = print
def go(path):
    return load(path)
go("a")
from json import load
