# expect: related
import torch

model = torch.jit.load("model.pt")
