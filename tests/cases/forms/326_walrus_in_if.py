# expect: unsafe LG001
import torch

if (ld := torch.load) is not None:
    x = ld("model.pt")  # site
