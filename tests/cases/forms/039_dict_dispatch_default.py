# expect: unsafe LG001
import numpy as np
import torch


def read(path, suffix):
    loader = {".npy": np.load}.get(suffix, torch.load)
    return loader(path)  # site
