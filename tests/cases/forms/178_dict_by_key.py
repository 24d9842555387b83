# expect: safe
import torch

options = {}
options["weights_only"] = True
state = torch.load("model.pt", **options)
