# expect: safe
from dataclasses import dataclass
import torch
@dataclass
class Config:
    name: str
    safe: bool
config = Config("a", True)
state = torch.load("a.pt", weights_only=config.safe)
