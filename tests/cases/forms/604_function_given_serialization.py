# expect: unsafe LG001
from torch import serialization
def get(lib, p):
    return lib.load(p)  # site
get(serialization, "a")
