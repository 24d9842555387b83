# expect: unsafe LG001
from itertools import starmap

import torch

states = list(starmap(torch.load, [("a.pt", "cpu")]))  # site
