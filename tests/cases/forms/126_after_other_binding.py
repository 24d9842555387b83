# expect: unsafe LG001
import json

import torch

load = json.load
load = torch.load
state = load("model.pt")  # site
