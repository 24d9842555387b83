# expect: unsafe LG001
import torch

print(f"{torch.load('a.pt')['acc']:{torch.load('w.pt')}}")  # site site
