# expect: unsafe LG001
import numpy
import torch


def read(path):
    for attempt in (numpy.load, torch.load):
        try:
            return attempt(path)  # site
        except ValueError:
            continue
