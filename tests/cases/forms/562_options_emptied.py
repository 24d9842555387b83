# expect: unsafe LG001
import torch

first = {"weights_only": True}
first.clear()
second = {"weights_only": True}
second.popitem()
states = torch.load("a.pt", **first), torch.load("b.pt", **second)  # site site
