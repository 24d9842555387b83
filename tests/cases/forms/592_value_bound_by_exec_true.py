# expect: safe
exec("WEIGHTS_ONLY = True")
import torch
m = torch.load("a", weights_only=WEIGHTS_ONLY)
