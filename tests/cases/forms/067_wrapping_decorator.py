# expect: unsafe LG001
import torch

read = torch.no_grad()(torch.load)
state = read("model.pt")  # site
