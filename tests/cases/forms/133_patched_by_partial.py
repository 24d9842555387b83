# expect: unsafe LG002
import functools

import torch

torch.load = functools.partial(torch.load, weights_only=False)  # site
