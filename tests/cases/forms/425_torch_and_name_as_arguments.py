# expect: unsafe LG001
import torch
def call(lib, name, p):
    return getattr(lib, name)(p)  # site
x = call(torch, "load", "a.pt")
