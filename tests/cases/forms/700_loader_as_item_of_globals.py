# expect: unsafe LG001
import torch
globals()["read"] = torch.load
read("a.pt")  # site
