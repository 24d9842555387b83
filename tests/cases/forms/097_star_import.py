# expect: unsafe LG001
from torch import *

state = load("model.pt")  # site
