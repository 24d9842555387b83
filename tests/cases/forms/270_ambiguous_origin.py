# expect: depends LG003
from fairseq import torch

state = torch.load("model.pt")  # site
