# expect: unsafe LG001
import torch

x = getattr(torch, "load", None)("model.pt")  # site
