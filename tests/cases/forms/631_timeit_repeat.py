# expect: unsafe LG001
import timeit
timeit.repeat(stmt="t.load('x.pt')", setup="import torch as t")  # site
