# expect: unsafe LG001
from importlib import import_module

x = import_module(name="torch").load("model.pt")  # site
