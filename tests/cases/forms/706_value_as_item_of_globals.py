# expect: unsafe LG002
import torch
def setup():
    globals()["SAFE"] = False
def read(path):
    return torch.load(path, weights_only=SAFE)  # site
