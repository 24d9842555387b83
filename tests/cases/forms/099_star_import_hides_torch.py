# expect: unsafe LG001
from common.everything import *

state = torch.load("model.pt")  # site
