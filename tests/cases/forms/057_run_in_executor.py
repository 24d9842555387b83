# expect: unsafe LG001
import asyncio

import torch


async def read(path):
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, torch.load, path)  # site
