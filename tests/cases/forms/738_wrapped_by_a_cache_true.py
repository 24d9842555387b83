# expect: safe
import torch
from cachetools import cached
load = cached({})(torch.load)
x = load("m.pt", weights_only=True)
