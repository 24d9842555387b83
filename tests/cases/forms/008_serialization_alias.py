# expect: unsafe LG001
import torch.serialization as storage

state = storage.load("model.pt")  # site
