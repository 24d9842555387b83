# expect: unsafe LG001
import torch
from somewhere import timed

read = timed(torch.load)  # site
