# expect: unsafe LG002
from dataclasses import dataclass
import torch
@dataclass
class Config:
    name: str
    safe: bool
config = Config("a", safe=False)
state = torch.load("a.pt", weights_only=config.safe)  # site
