# expect: unsafe LG001
from typing import Any, Callable, cast

import torch

read = cast(Callable[..., Any], torch.load)
state = read("model.pt")  # site
