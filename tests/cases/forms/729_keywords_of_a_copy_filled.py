# expect: unsafe LG001
import torch
def fill(options):
    options = dict(options)
    options["weights_only"] = True
    return options
def read(path):
    options = {}
    fill(options)
    return torch.load(path, **options)  # site
