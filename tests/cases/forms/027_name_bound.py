# expect: unsafe LG001
import torch

restore = torch.load
state = restore("model.pt")  # site
