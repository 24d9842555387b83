# expect: safe
import torch
class B:
    def __init__(self, f):
        self.f = f
    def go(self):
        self.f('a', weights_only=True)
B(torch.load).go()
