# expect: unsafe LG001
from concurrent.futures import ThreadPoolExecutor

import torch

with ThreadPoolExecutor() as pool:
    future = pool.submit(torch.load, "model.pt")  # site
