# expect: unsafe LG001
import torch
from cachetools import cached
load = cached({})(torch.load)  # site
first = load("m.pt", weights_only=True)
second = load("n.pt")
