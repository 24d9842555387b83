# expect: unsafe LG003
import torch


class Reader:
    safe = True

    def read(self, path):
        return torch.load(path, weights_only=self.safe)  # site


reader = Reader()
reader.safe = False
state = reader.read("model.pt")
