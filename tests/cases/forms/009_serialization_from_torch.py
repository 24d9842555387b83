# expect: unsafe LG001
from torch import serialization

state = serialization.load("model.pt")  # site
