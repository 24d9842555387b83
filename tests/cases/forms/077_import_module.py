# expect: unsafe LG001
import importlib

state = importlib.import_module("torch").load("model.pt")  # site
