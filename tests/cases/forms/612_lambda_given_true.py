# expect: safe
import torch
m = (lambda w: torch.load("a.pt", weights_only=w))(True)
