# expect: unsafe LG001
import torch

state = getattr(getattr(torch, "serialization"), "load")("model.pt", weights_only=None)  # site
