# expect: unsafe LG001
import importlib
m = (lambda p, t: t.load(p))("a.pt", importlib.import_module("torch"))  # site
