# expect: unsafe LG001
import importlib
importlib.import_module("to" + "rch").load("x")  # site
