# expect: unsafe LG001
import os
os.system('python -m timeit -n 10 -r 3 -s "from torch import load" "load(\'x.pt\')"')  # site
