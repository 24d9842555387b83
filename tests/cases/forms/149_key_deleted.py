# expect: unsafe LG001
import torch

options = {"weights_only": True}
del options["weights_only"]
state = torch.load("model.pt", **options)  # site
