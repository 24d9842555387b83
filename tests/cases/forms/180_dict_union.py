# expect: safe
import torch

BASE = {"map_location": "cpu"}
state = torch.load("model.pt", **{**BASE, "weights_only": True})
