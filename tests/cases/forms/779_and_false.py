# expect: unsafe LG002
import torch
state = torch.load("model.pt", weights_only=input() and False)  # site
