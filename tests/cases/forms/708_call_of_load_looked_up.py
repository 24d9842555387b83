# expect: unsafe LG001
import torch
read = getattr(torch.load, "__call__")
read("a.pt")  # site
