# expect: unsafe LG001
from typing import Callable, NamedTuple

import torch


class R(NamedTuple):
    fn: Callable = torch.load


x = R().fn("model.pt")  # site
