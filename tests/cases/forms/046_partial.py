# expect: unsafe LG001
import functools

import torch

read = functools.partial(torch.load, map_location="cpu")  # site
state = read("model.pt")
