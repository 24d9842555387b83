# expect: unsafe LG003
import torch

x = torch.load("model.pt", **({"weights_only": True} if cond else {}))  # site
