# expect: safe
from dataclasses import dataclass
from typing import Callable
import torch
@dataclass
class IO:
    read: Callable
io = IO(torch.load)
x = io.read("a", weights_only=True)
