# expect: unsafe LG001
from collections.abc import Callable
from dataclasses import dataclass, field

import torch


@dataclass
class Settings:
    read: Callable = field(default=torch.load)  # site
