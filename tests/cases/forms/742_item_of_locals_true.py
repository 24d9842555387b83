# expect: safe
import torch
locals()["rd"] = torch.load
x = rd("m.pt", weights_only=True)
