# expect: unsafe LG001
import torch

NAME = "load"
reader = getattr(torch, NAME)
state = reader("model.pt")  # site
