# expect: safe
import torch
class Reg:
    def __init__(self):
        self.d = {}
    def add(self, k, f):
        self.d[k] = f
    def go(self, k):
        self.d[k]('a', weights_only=True)
r = Reg()
r.add('pt', torch.load)
