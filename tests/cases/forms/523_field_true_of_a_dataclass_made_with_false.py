# expect: unsafe LG003
from dataclasses import dataclass

import torch


@dataclass
class Reader:
    safe: bool = True

    def read(self, path):
        return torch.load(path, weights_only=self.safe)  # site


state = Reader(safe=False).read("model.pt")
