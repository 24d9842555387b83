# expect: unsafe LG001
import torch

if (read := torch.load) is not None:
    state = read("model.pt")  # site
