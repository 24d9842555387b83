# expect: unsafe LG001
import torch

readers = [open]
readers.insert(0, torch.load)
state = readers[0]("model.pt")  # site
