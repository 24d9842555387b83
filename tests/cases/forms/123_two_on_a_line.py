# expect: unsafe LG001 LG002
import torch

a, b = torch.load("a.pt"), torch.load("b.pt", weights_only=False)  # site site
