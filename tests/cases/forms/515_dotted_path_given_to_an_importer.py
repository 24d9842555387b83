# expect: unsafe LG001
import importlib


def locate(path):
    home, _, name = path.rpartition(".")
    return getattr(importlib.import_module(home), name)


state = locate("torch.load")("model.pt")  # site
