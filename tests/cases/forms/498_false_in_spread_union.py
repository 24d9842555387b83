# expect: unsafe LG002
import torch

torch.load(p, **({"map_location": "cpu"} | {"weights_only": False}))  # site
