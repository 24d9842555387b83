# expect: safe
from importlib import import_module
m = {n: import_module(n) for n in ("torch", "json")}["json"].load("a.pt")
