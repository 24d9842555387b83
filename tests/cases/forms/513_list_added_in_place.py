# expect: unsafe LG001
import torch

readers = []
readers += [torch.load]
states = [read("model.pt") for read in readers]  # site
