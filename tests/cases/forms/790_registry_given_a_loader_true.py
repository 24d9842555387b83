# expect: safe
import torch
REG = {}
def register(k, f):
    REG[k] = f
register('pt', torch.load)
REG["pt"]('a', weights_only=True)
