# expect: unsafe LG002
ns = dict()
exec("import torch; opts = {'weights_only': False}", ns)
import torch
torch.load("a", **ns["opts"])  # site
