# expect: unsafe LG003
import torch
def fill(options, old):
    if not old:
        options["weights_only"] = True
def read(path, old):
    options = {}
    fill(options, old)
    return torch.load(path, **options)  # site
