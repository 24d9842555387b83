# expect: unsafe LG001
import json

import torch

LOADERS = {"pt": torch.load, "json": json.load}


def read(path, kind):
    return LOADERS[kind](path)  # site
