# expect: unsafe LG001
import torch

x = torch.__dict__.get("load")("model.pt")  # site
