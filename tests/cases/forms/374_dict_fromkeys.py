# expect: unsafe LG001
import torch

READERS = dict.fromkeys([".pt", ".pth"], torch.load)
x = READERS[".pt"]("model.pt")  # site
