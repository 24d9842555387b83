# expect: unsafe LG001
import torch
class Reg:
    def __init__(self):
        self.d = {}
    def add(self, k, f):
        self.d[k] = f
    def go(self, k):
        self.d[k]('a', weights_only=False)
r = Reg()
r.add('pt', torch.load)  # site
