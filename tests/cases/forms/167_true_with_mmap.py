# expect: safe
import torch

state = torch.load("model.pt", map_location="cpu", mmap=True, weights_only=True)
