# expect: unsafe LG001
import torch

x = sum(torch.load(p)["n"] for p in ["model.pt"])  # site
