# expect: unsafe LG001
import importlib


class Deferred:
    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        return getattr(importlib.import_module(self.name), attribute)


torch = Deferred("torch")
state = torch.load("model.pt")  # site
