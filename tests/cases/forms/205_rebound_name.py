# expect: safe
import json

import torch

load = torch.load
load = json.load
state = load(open("model.json"))
