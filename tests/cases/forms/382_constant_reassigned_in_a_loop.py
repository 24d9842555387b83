# expect: unsafe LG003
import torch

safe = True
for p in ["model.pt", "b"]:
    x = torch.load(p, weights_only=safe)  # site
    safe = False
