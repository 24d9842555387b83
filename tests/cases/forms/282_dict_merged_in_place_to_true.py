# expect: safe
import torch

options = {"map_location": "cpu"}
options |= {"weights_only": True}
state = torch.load("model.pt", **options)
