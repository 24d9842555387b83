# expect: safe
import torch
opts = {k: v for k, v in {"map_location": "cpu", "weights_only": True}.items()}
m = torch.load("a", **opts)
