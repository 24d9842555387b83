# expect: unsafe LG001
import torch

try:
    state = torch.load("model.pt")  # site
except* OSError:
    state = None
