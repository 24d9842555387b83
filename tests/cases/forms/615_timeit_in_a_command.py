# expect: unsafe LG001
import os
os.system('python -m timeit -s "import torch" "torch.load(\'x.pt\')"')  # site
