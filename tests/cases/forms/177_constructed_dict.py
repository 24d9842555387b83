# expect: safe
import torch

options = dict(weights_only=True)
state = torch.load("model.pt", **options)
