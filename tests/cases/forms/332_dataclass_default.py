# expect: unsafe LG001
from dataclasses import dataclass

import torch


@dataclass
class R:
    read: object = torch.load

    def go(self, p):
        return self.read(p)  # site
