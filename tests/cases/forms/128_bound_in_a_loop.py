# expect: unsafe LG001
import torch

reader = None
for path in ("a.pt", "b.pt"):
    if reader:
        reader(path)  # site
    reader = torch.load
