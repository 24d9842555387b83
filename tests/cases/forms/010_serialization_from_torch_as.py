# expect: unsafe LG001
from torch import serialization as ser

state = ser.load("model.pt", "cpu")  # site
