# expect: safe
import torch
m = (lambda w=True: torch.load("a.pt", weights_only=w))()
