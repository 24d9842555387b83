# expect: unsafe LG001
from functools import partial

import torch

states = list(map(partial(torch.load, map_location="cpu"), ["a.pt", "b.pt"]))  # site
