# expect: unsafe LG001
import torch
DEBUG = False
if DEBUG:
    m = torch.load("a.pt")  # site
