# expect: unsafe LG001
import torch
def read(*a, **k):
    return a[0].load(a[1])  # site
read(torch, "a.pt")
