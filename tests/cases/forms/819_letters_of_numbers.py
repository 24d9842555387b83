# expect: unsafe LG001
import torch

state = getattr(torch, "".join(map(chr, [108, 111, 97, 100])))("a.pt")  # site
