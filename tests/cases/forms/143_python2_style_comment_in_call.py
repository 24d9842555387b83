# expect: unsafe LG001
import torch

state = torch.load("model.pt",  # site
                   # weights_only=True is for later
                   map_location="cpu")
