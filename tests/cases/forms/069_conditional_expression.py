# expect: unsafe LG001
import numpy as np
import torch


def read(path, numpy=False):
    return (np.load if numpy else torch.load)(path)  # site
