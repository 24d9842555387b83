# expect: unsafe LG001
import importlib

state = importlib.import_module("torch.serialization").load("model.pt")  # site
