# expect: unsafe LG001
import asyncio
import functools

import torch


async def f(p):
    return await asyncio.to_thread(functools.partial(torch.load, p, map_location="cpu"))  # site
