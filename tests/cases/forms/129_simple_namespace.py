# expect: unsafe LG001
from types import SimpleNamespace

import torch

backend = SimpleNamespace(read=torch.load)
state = backend.read("model.pt")  # site
