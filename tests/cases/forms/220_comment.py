# expect: safe
import torch

# state = torch.load("model.pt")
state = torch.zeros(1)  # was torch.load("model.pt")
