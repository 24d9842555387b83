# expect: safe
import torch

KNOWN = "weights_only" in torch.load.__code__.co_varnames
print(torch.load.__code__, len(torch.load.__code__.co_varnames))
