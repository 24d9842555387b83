# expect: unsafe LG001
import torch

READERS = {}
READERS.update(pt=torch.load)  # site
