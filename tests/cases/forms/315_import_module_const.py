# expect: unsafe LG001
from importlib import import_module

LIB = "torch"
x = import_module(LIB).load("model.pt")  # site
