# expect: safe
import torch
def log(what):
    print("using", what)
log(torch.load)
