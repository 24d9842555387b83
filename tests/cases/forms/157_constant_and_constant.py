# expect: unsafe LG002
import torch

state = torch.load("model.pt", weights_only=True and False)  # site
