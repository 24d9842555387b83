# expect: unsafe LG001
import torch
def rd(m, p):
    return m.load(p)  # site
x = rd(torch, "a.pt")
