# expect: unsafe LG001
from importlib import import_module
m = {n: import_module(n) for n in ("torch", "json")}["torch"].load("a.pt")  # site
