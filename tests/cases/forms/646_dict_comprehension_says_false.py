# expect: unsafe LG002
import torch
opts = {k: v for k, v in {"map_location": "cpu", "weights_only": False}.items()}
m = torch.load("a", **opts)  # site
