# expect: unsafe LG001
from types import SimpleNamespace

import torch

files = SimpleNamespace(load=torch.load, save=torch.save)
state = files.load("model.pt")  # site
