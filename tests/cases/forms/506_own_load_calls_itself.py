# expect: safe
import torch


class A:
    def load(self, p):
        self.x = self.load(p)
