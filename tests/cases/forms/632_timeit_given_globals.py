# expect: unsafe LG001
import torch, timeit
timeit.timeit("t.load('x.pt')", globals={"t": torch})  # site
