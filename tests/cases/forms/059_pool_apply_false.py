# expect: unsafe LG002
import multiprocessing

import torch


def read(path):
    with multiprocessing.Pool(2) as pool:
        return pool.apply_async(torch.load, (path,), {"weights_only": False}).get()  # site
