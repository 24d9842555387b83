# expect: safe
import torch

for number, read in enumerate([torch.load]):
    state = read("model.pt", weights_only=True)
for path, read in zip(["model.pt"], [torch.load]):
    state = read(path, weights_only=True)
for read in filter(None, [torch.load]):
    state = read("model.pt", weights_only=True)
