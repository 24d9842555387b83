# expect: unsafe LG001
import dill
import torch

state = torch.load("model.pt", None, dill)  # site
