# expect: unsafe LG001
import numpy as np
import torch

LOADERS = {".npy": np.load}
LOADERS[".pt"] = torch.load


def read(path, suffix):
    return LOADERS.get(suffix)(path)  # site
