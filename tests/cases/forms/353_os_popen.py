# expect: unsafe LG001
import os

os.popen("python -c 'import torch; torch.load(\"a.pt\")'").read()  # site
