# expect: unsafe LG001
import torch as T
def read(lib, p):
    return lib.load(p)  # site
read(T, "x")
