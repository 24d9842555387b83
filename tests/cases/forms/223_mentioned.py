# expect: safe
import inspect

import torch

print(torch.load, torch.load.__doc__, inspect.signature(torch.load))
assert callable(torch.load)
