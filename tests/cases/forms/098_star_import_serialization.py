# expect: unsafe LG001
from torch.serialization import *

state = load("model.pt")  # site
