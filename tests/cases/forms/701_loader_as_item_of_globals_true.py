# expect: safe
import torch
globals()["read"] = torch.load
read("a.pt", weights_only=True)
