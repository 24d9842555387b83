# expect: unsafe LG001
import torch

read = lambda path: torch.load(path, map_location="cpu")  # site
