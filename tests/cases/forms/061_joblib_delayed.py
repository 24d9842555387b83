# expect: unsafe LG001
import torch
from joblib import Parallel, delayed


def read_all(paths):
    return Parallel(n_jobs=2)(delayed(torch.load)(path) for path in paths)  # site
