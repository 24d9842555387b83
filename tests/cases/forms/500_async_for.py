# expect: unsafe LG001
import torch


async def f(ps):
    async for p in ps:
        yield torch.load(p)  # site
