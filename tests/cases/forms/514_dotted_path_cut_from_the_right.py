# expect: unsafe LG001
import importlib

home, name = "torch.load".rsplit(".", 1)
state = getattr(importlib.import_module(home), name)("model.pt")  # site
