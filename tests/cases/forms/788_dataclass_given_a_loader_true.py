# expect: safe
import torch
from dataclasses import dataclass
@dataclass
class B:
    f: object
    def go(self):
        self.f('a', weights_only=True)
B(torch.load).go()
