# expect: unsafe LG001
import enum
import functools

import torch


class R(enum.Enum):
    TORCH = functools.partial(torch.load)  # site


x = R.TORCH.value("model.pt")
