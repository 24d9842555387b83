# expect: unsafe LG001
import torch

NAME = "load"
x = getattr(torch, NAME)("model.pt")  # site
