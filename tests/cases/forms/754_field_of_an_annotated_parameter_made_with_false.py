# expect: unsafe LG003
import torch
from dataclasses import dataclass
@dataclass
class Config:
    weights_only: bool = True
def read(path, config: Config):
    return torch.load(path, weights_only=config.weights_only)  # site
read("a.pt", Config(weights_only=False))
