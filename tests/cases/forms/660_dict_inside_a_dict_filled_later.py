# expect: unsafe LG001
import torch
d = {"io": {}}
d["io"]["f"] = torch.load
m = d["io"]["f"]("a")  # site
