# expect: unsafe LG001
import torch
REG = {}
def register(k, f):
    REG[k] = f
register('pt', torch.load)  # site
REG["pt"]('a')
