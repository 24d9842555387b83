# expect: unsafe LG001
import torch

x = [torch for torch in range(3)]
y = torch.load("model.pt")  # site
