# expect: unsafe LG001
import torch

options = {"weights_only": True}
options.pop("weights_only")
state = torch.load("model.pt", **options)  # site
