# expect: unsafe LG002
import torch

options = {"map_location": "cpu", "weights_only": True}
options["weights_only"] = False
state = torch.load("model.pt", **options)  # site
