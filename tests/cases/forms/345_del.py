# expect: unsafe LG001
import torch

del torch.load("model.pt")["x"]  # site
