# expect: unsafe LG002
import torch

CFG = {"weights_only": False}
x = torch.load("model.pt", weights_only=CFG.get("weights_only", True))  # site
