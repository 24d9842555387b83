# expect: unsafe LG001
import torch

READERS = dict.fromkeys([".pt", ".pth"], torch.load)  # site
x = READERS[".pt"]("model.pt")
