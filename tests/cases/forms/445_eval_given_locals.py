# expect: unsafe LG001
import torch
eval("ld('x')", {}, {"ld": torch.load})  # site
