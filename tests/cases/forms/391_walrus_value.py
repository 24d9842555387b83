# expect: unsafe LG002
import torch

x = torch.load("model.pt", weights_only=(s := False))  # site
