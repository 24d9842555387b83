# expect: depends LG001
from fairseq import torch

state = torch.load("model.pt")  # site
