# expect: unsafe LG001
import torch

state = (lambda read: read("model.pt"))(torch.load)  # site
