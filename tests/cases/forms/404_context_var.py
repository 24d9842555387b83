# expect: unsafe LG001
from contextvars import ContextVar

import torch

L = ContextVar("L", default=torch.load)  # site
