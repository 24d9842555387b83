# expect: unsafe LG002
import torch

original = torch.load
torch.load = lambda *a, **k: original(*a, **{**k, "weights_only": False})  # site
