# expect: unsafe LG001
import torch

for read, path in zip([torch.load], ["model.pt"]):
    read(path)  # site
