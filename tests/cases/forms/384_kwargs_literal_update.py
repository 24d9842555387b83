# expect: unsafe LG002
import torch

kw = {"weights_only": True}
kw.update(weights_only=False)
x = torch.load("model.pt", **kw)  # site
