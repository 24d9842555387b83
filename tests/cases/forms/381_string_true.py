# expect: safe
import torch

x = torch.load("model.pt", weights_only="yes")
