# expect: unsafe LG001
import torch
while True:
    m = torch.load("a.pt")  # site
else:
    n = torch.load("x")
