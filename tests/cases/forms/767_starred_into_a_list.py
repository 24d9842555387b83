# expect: unsafe LG001
import torch
x = [*(torch.load,)][0]("a")  # site
