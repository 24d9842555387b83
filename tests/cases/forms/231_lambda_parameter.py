# expect: safe
import torch

read = lambda load, path: load(path)
print(torch.zeros(1))
