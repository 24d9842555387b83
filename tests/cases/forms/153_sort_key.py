# expect: unsafe LG001
import torch

states = sorted(["a.pt", "b.pt"], key=torch.load)  # site
