# expect: unsafe LG001
import torch


async def read(path):
    return torch.load(path)  # site
