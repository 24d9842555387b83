# expect: unsafe LG001
import timeit

seconds = timeit.timeit("torch.load('model.pt')", setup="import torch", number=3)  # site
