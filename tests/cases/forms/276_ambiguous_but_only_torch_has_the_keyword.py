# expect: unsafe LG002
from fairseq import torch

state = torch.load("model.pt", weights_only=False)  # site
