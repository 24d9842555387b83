# expect: unsafe LG001
import inspect

import torch

x = inspect.unwrap(torch.load)("model.pt")  # site
