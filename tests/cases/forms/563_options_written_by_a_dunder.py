# expect: unsafe LG001 LG002
import torch

first = {"weights_only": True}
first.__setitem__("weights_only", False)
second = {"weights_only": True}
second.__delitem__("weights_only")
states = torch.load("a.pt", **first), torch.load("b.pt", **second)  # site site
