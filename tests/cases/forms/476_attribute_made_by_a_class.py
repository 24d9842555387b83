# expect: unsafe LG001
import torch


class Reader:
    def __getattr__(self, name):
        return getattr(torch, name)


Reader().load("model.pt")  # site
