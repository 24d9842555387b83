# expect: safe
import torch
m = (lambda f, p: f(p, weights_only=True))(torch.load, "a.pt")
