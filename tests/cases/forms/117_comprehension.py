# expect: unsafe LG001
import torch

states = [torch.load(path) for path in ("a.pt", "b.pt")]  # site
