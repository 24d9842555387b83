# expect: unsafe LG002
exec("WEIGHTS_ONLY = False")
import torch
m = torch.load("a", weights_only=WEIGHTS_ONLY)  # site
