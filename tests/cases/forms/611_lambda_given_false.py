# expect: unsafe LG002
import torch
m = (lambda w: torch.load("a.pt", weights_only=w))(False)  # site
