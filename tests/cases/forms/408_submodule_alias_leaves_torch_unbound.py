# expect: unsafe LG001
import torch.nn as nn

x = torch.load("model.pt")  # site
