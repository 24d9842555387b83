# expect: unsafe LG002
import torch

state = torch.load("model.pt", **{"weights_only": False, "map_location": "cpu"})  # site
