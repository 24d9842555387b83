# expect: unsafe LG001
import os
os.execlp("python", "python", "-m", "timeit", "-s", "import torch as t", "t.load('x.pt')")  # site
