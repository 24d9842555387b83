# expect: unsafe LG001
import torch

options = {"map_location": "cpu"}
state = torch.load("model.pt", **options)  # site
