# expect: unsafe LG001
import torch

state = torch.load(f="model.pt")  # site
