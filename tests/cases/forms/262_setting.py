# expect: depends LG003
import os

import torch

state = torch.load("model.pt", weights_only=os.environ.get("SAFE") == "1")  # site
