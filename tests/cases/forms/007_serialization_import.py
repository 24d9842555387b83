# expect: unsafe LG001
import torch.serialization

state = torch.serialization.load("model.pt")  # site
