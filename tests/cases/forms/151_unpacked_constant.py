# expect: unsafe LG002
import torch

device, safe = "cpu", False
state = torch.load("model.pt", map_location=device, weights_only=safe)  # site
