# expect: unsafe LG001
import asyncio

import torch


async def f(paths):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(None, torch.load, p) for p in paths))  # site
