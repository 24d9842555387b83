# expect: unsafe LG001
import torch

NAME = "lo" + "ad"
getattr(torch, NAME)("model.pt")  # site
