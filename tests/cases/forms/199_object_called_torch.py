# expect: safe
from flashlight import Torch

torch = Torch()
torch.load("batteries")
