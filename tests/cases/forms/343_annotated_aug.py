# expect: unsafe LG001
import torch

x = []
x += [torch.load("model.pt")]  # site
