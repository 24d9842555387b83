# expect: unsafe LG002
import torch
class Config:
    weights_only = False
def read(path, config: Config):
    return torch.load(path, weights_only=config.weights_only)  # site
