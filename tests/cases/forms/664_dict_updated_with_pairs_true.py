# expect: safe
import torch
d = {}
d.update([("f", torch.load)])
m = d["f"]("a", weights_only=True)
