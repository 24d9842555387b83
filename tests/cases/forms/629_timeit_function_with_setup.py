# expect: unsafe LG001
import timeit
timeit.timeit("load('x.pt')", "from torch import load")  # site
