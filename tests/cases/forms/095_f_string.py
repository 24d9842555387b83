# expect: unsafe LG001
import torch

print(f"{len(torch.load('model.pt'))} tensors")  # site
