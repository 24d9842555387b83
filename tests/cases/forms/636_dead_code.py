# expect: safe
import torch
if False:
    m = torch.load("a.pt")
