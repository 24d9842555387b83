# expect: unsafe LG001
import torch

state = torch.load(torch.load("pointer.pt"))  # site site
