# expect: unsafe LG001
import torch

while (x := torch.load(p)) is None:  # site
    pass
