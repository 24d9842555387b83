# expect: unsafe LG001
import importlib


def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


lib = optional("torch")
state = lib.load("model.pt")  # site
