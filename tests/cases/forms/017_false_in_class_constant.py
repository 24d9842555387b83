# expect: unsafe LG002
import torch


class Loader:
    WEIGHTS_ONLY = False

    def restore(self, path):
        return torch.load(path, weights_only=self.WEIGHTS_ONLY)  # site
