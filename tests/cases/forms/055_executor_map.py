# expect: unsafe LG001
from concurrent.futures import ThreadPoolExecutor

import torch


def read_all(paths):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(torch.load, paths))  # site
