# expect: unsafe LG001
import torch
class R:
    def __init__(self, lib):
        self.lib = lib
    def read(self, p):
        return self.lib.load(p)  # site
x = R(torch).read("a.pt")
