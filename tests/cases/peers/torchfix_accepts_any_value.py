# expect: unsafe LG001 LG002 LG003
# TorchFix (TOR102) is content with any weights_only, False too: somebody has thought about it. We report False (LG002), the
# larger stock of risk since torch 2.6, and a value nobody can trace (LG003).
import random

import dill
import torch

first = torch.load("weights.pt")  # site
second = torch.load("weights.pt", pickle_module=dill, encoding="latin1")  # site
third = torch.load("weights.pt", weights_only=True)
fourth = torch.load("weights.pt", weights_only=False)  # site
drawn = random.choice([True, False])
fifth = torch.load("weights.pt", weights_only=drawn)  # site
