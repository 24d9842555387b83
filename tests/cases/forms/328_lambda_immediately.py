# expect: unsafe LG001
import torch

x = (lambda p: torch.load(p))("model.pt")  # site
