# expect: safe
import importlib


class Deferred:
    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        return getattr(importlib.import_module(self.name), attribute)


torch = Deferred("tensorflow")
state = torch.load("model.pt")
