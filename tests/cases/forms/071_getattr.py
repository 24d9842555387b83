# expect: unsafe LG001
import torch

state = getattr(torch, "load")("model.pt")  # site
