# expect: unsafe LG001
import builtins, torch
builtins.rd = torch.load
x = rd("m.pt")  # site
