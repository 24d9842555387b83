# expect: related
import torch

program = torch.export.load("model.pt2")
