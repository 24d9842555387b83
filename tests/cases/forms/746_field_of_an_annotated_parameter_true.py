# expect: safe
import torch
from dataclasses import dataclass
@dataclass
class Cfg:
    weights_only: bool = True
def go(cfg: Cfg):
    return torch.load("a", weights_only=cfg.weights_only)
