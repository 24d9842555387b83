# expect: unsafe LG001
import importlib
modules = dict(zip(("t", "n"), map(importlib.import_module, ("torch", "numpy"))))
state = modules["t"].load("a.pt")  # site
array = modules["n"].load("a.npy")
