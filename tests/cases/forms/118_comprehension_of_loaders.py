# expect: unsafe LG001
import torch

results = [read("model.pt") for read in [torch.load]]  # site
