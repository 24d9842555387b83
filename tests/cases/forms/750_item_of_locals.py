# expect: unsafe LG001
import torch
locals()["rd"] = torch.load
x = rd("m.pt")  # site
