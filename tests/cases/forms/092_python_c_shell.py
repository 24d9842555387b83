# expect: unsafe LG001
import os

os.system("python3 -c \"import torch; torch.load('model.pt')\"")  # site
