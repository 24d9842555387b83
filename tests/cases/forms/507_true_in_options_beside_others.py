# expect: safe
import torch

OPTS = {"weights_only": True, "map_location": "cpu"}
torch.load(p, **OPTS)
