# expect: unsafe LG002
from concurrent.futures import ProcessPoolExecutor

import torch

with ProcessPoolExecutor() as pool:
    future = pool.submit(torch.load, "model.pt", weights_only=False)  # site
