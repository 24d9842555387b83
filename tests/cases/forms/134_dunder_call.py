# expect: unsafe LG001
import torch

state = torch.load.__call__("model.pt")  # site
