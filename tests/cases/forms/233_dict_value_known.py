# expect: safe
import json

import torch

LOADERS = {"pt": torch.load, "json": json.load}
config = LOADERS["json"](open("c.json"))
state = LOADERS["pt"]("model.pt", weights_only=True)
