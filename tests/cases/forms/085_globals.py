# expect: unsafe LG001
import torch

state = globals()["torch"].load("model.pt")  # site
