# expect: safe
import torch
READERS = dict(pt=torch.load)
def go(kind, p):
    return READERS.get(kind, torch.load)(p, weights_only=True)
