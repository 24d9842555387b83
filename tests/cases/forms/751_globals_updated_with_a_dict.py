# expect: unsafe LG001
import torch
globals().update({"rd": torch.load})
x = rd("m.pt")  # site
