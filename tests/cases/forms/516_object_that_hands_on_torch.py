# expect: unsafe LG001
import torch


class Backend:
    def __getattr__(self, name):
        return getattr(torch, name)


backend = Backend()
state = backend.load("model.pt")  # site
