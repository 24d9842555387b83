# expect: unsafe LG001
import torch

states = list(map(torch.load, ["a.pt", "b.pt"]))  # site
