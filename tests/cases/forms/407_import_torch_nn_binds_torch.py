# expect: unsafe LG001
import torch.nn

x = torch.load("model.pt")  # site
