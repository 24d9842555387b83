# expect: safe
import torch

state = torch.load("model.pt", weights_only=not False)
