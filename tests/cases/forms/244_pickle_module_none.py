# expect: safe
import torch

state = torch.load("model.pt", None, None, weights_only=True)
