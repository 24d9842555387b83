# expect: unsafe LG001
from typing import TYPE_CHECKING
import torch
if TYPE_CHECKING:
    m = torch.load("a.pt")
else:
    m = torch.load("b.pt")  # site
