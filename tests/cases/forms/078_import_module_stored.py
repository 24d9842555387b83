# expect: unsafe LG001
from importlib import import_module

th = import_module("torch")
state = th.load("model.pt")  # site
