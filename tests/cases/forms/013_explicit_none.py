# expect: unsafe LG001
import torch

state = torch.load("model.pt", weights_only=None)  # site
