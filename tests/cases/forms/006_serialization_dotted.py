# expect: unsafe LG001
import torch

state = torch.serialization.load("model.pt")  # site
