# expect: unsafe LG001
import torch
from registry import register

register("pt", torch.load)  # site
