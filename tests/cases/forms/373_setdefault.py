# expect: unsafe LG001
import torch

R = {}
fn = R.setdefault("t", torch.load)
x = fn("model.pt")  # site
