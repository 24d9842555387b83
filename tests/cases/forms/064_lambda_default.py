# expect: unsafe LG001
import torch

read = lambda path, f=torch.load: f(path)  # site
