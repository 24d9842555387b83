# expect: unsafe LG001
import torch, enum
class E(enum.Enum):
    T = torch
E.T.value.load("a")  # site
