# expect: unsafe LG001
import torch


class Reader:
    def __init__(self):
        self.backend = torch

    def read(self, path):
        return self.backend.load(path)  # site
