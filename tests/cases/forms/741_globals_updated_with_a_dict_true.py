# expect: safe
import torch
globals().update({"rd": torch.load})
x = rd("m.pt", weights_only=True)
