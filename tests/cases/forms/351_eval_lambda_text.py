# expect: unsafe LG001
import torch

f = eval("lambda p: torch.load(p)")  # site
