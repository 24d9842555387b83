# expect: unsafe LG001
import torch

state = tºrch.load("model.pt")  # site
