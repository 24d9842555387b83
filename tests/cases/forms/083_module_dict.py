# expect: unsafe LG001
import torch

state = torch.__dict__["load"]("model.pt")  # site
