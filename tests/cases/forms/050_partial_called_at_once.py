# expect: unsafe LG001
from functools import partial

import torch

state = partial(torch.load, "model.pt")()  # site
