# expect: unsafe LG001
from torch.hub import torch

state = torch.load("model.pt")  # site
