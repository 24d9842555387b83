# expect: unsafe LG001
import torch
class B:
    def __init__(self, f):
        self.f = f
    def go(self):
        self.f('a')
B(torch.load).go()  # site
