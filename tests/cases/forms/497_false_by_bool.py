# expect: unsafe LG002
import torch

torch.load(p, weights_only=bool(0))  # site
