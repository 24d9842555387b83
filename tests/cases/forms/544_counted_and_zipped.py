# expect: unsafe LG001
import torch

for number, read in enumerate([torch.load]):
    state = read("model.pt")  # site
for path, read in zip(["a.txt", "b.pt"], [open, torch.load]):
    state = read(path)  # site
