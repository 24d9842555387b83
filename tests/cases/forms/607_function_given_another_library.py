# expect: safe
import torch, json
def get(lib, p):
    return lib.load(p)
get(json, "a")
