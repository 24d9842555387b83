# expect: safe
import builtins, torch
builtins.rd = torch.load
x = rd("m.pt", weights_only=True)
