# expect: unsafe LG001
import asyncio
import sys


async def f():
    await asyncio.create_subprocess_exec(sys.executable, "-c", "import torch; torch.load('a.pt')")  # site
