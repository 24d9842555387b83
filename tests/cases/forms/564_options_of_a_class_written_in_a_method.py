# expect: unsafe LG003
import torch


class Reader:
    options = {"weights_only": True}

    def trust(self):
        self.options["weights_only"] = False

    def read(self, path):
        return torch.load(path, **self.options)  # site
