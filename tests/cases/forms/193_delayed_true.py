# expect: safe
import torch
from joblib import Parallel, delayed


def read_all(paths):
    return Parallel()(delayed(torch.load)(path, weights_only=True) for path in paths)
