# expect: unsafe LG001
import storage
import torch

storage.load = torch.load  # site
state = torch.load("model.pt", weights_only=True)
