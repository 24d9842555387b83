# expect: unsafe LG001
import torch

state = eval("torch.load")("model.pt")  # site
