# expect: unsafe LG001
import torch

x = (lambda f, p: f(p))(torch.load, "model.pt")  # site
