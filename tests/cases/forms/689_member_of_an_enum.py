# expect: unsafe LG002
from enum import Enum
import torch
class Mode(Enum):
    STRICT = True
    LOOSE = False
torch.load("a", weights_only=Mode.STRICT.value)
torch.load("b", weights_only=Mode.LOOSE.value)  # site
