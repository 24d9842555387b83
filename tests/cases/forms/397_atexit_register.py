# expect: unsafe LG001
import atexit

import torch

atexit.register(torch.load, "model.pt")  # site
