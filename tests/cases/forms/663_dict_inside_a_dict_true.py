# expect: safe
import torch
d = {"io": {}}
d["io"]["f"] = torch.load
m = d["io"]["f"]("a", weights_only=True)
