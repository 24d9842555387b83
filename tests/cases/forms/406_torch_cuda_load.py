# expect: safe
import torch

x = torch.cuda.load("model.pt")
