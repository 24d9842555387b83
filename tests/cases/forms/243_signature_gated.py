# expect: safe
import inspect

import torch

options = {}
if "weights_only" in inspect.signature(torch.load).parameters:
    options["weights_only"] = True
state = torch.load("model.pt", **options)
