# expect: safe
import torch
class A:
    rd = property(lambda self: torch.load)
x = A().rd("m.pt", weights_only=True)
