# expect: unsafe LG001
from torch import load

state = load("model.pt")  # site
