# expect: safe
import torch

UNSAFE = False
state = torch.load("model.pt", weights_only=False if UNSAFE else True)
