# expect: unsafe LG001
import os
import sys


def probe(path):
    os.system(f"{sys.executable} -c \"import torch; torch.load('{path}')\"")  # site
