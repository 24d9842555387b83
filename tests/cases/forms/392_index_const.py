# expect: unsafe LG002
import torch

x = torch.load("model.pt", weights_only=[True, False][1])  # site
