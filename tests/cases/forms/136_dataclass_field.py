# expect: unsafe LG001
from dataclasses import dataclass
from typing import Callable

import torch


@dataclass
class Reader:
    loader: Callable = torch.load

    def read(self, path):
        return self.loader(path)  # site
