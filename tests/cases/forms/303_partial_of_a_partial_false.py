# expect: unsafe LG002
import functools

import torch

safely = functools.partial(torch.load, weights_only=True)
again = functools.partial(safely, weights_only=False)  # site
state = again("model.pt")
