# expect: depends LG003
import torch
def load_ckpt(p, weights_only):
    return torch.load(p, weights_only=weights_only)  # site
a = load_ckpt("a.pt", True)
