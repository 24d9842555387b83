# expect: unsafe LG001
import torch

for reader in [torch.load]:
    reader(p)  # site
