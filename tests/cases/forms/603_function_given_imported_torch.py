# expect: unsafe LG001
import importlib
def get(lib, p):
    return lib.load(p)  # site
get(importlib.import_module("torch"), "a")
