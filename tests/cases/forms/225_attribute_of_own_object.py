# expect: safe
import torch


class Store:
    def load(self, path):
        return path


store = Store()
store.load("model.pt")
print(torch.zeros(1))
