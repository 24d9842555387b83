# expect: unsafe LG001
import torch

(print, torch.load)[-1](p)  # site
