# expect: unsafe LG001
import asyncio

import torch


async def read(path):
    return await asyncio.to_thread(torch.load, path)  # site
