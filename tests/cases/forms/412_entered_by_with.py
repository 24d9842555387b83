# expect: unsafe LG001
import contextlib

import torch

with contextlib.nullcontext(torch.load) as restore:
    state = restore("model.pt")  # site
