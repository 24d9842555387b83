# expect: safe
import torch
class Reader:
    def _fill(self, options, safe):
        options["weights_only"] = safe
    def read(self, path):
        options = {"map_location": "cpu"}
        self._fill(options, True)
        return torch.load(path, **options)
