# expect: unsafe LG002
import torch

options = {"weights_only": True}
options |= {"weights_only": False}
state = torch.load("model.pt", **options)  # site
