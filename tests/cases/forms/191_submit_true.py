# expect: safe
from concurrent.futures import ThreadPoolExecutor

import torch

with ThreadPoolExecutor() as pool:
    pool.submit(torch.load, "model.pt", weights_only=True)
