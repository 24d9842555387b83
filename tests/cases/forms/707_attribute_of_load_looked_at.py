# expect: safe
import torch
if not getattr(torch.load, "_guarded", False):
    print("plain")
