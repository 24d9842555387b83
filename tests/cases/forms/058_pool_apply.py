# expect: unsafe LG001
import multiprocessing

import torch


def read(path):
    with multiprocessing.Pool(2) as pool:
        return pool.apply_async(torch.load, (path,)).get()  # site
