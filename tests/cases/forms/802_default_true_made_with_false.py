# expect: unsafe LG003
from dataclasses import dataclass
import torch
@dataclass
class Config:
    safe: bool = True
config = Config(safe=False)
state = torch.load("a.pt", weights_only=config.safe)  # site
