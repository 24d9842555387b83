# expect: unsafe LG001
import json

import torch

load = torch.load


def other():
    load = json.load
    return load


def read(path):
    return load(path)  # site
