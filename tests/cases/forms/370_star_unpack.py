# expect: unsafe LG001
import torch

save, *rest = torch.save, torch.load
x = rest[0]("model.pt")  # site
