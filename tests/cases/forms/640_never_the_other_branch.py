# expect: unsafe LG001
import torch
if True:
    m = torch.load("a.pt")  # site
elif False:
    m = torch.load("a.pt")
