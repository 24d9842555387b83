# expect: unsafe LG001
import anyio
import torch


async def f(p):
    return await anyio.to_thread.run_sync(torch.load, p)  # site
