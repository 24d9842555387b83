# expect: safe
import torch
d = dict.fromkeys(["pt", "pth"], torch.load)
m = d["pt"]("a", weights_only=True)
