# expect: unsafe LG001
import torch
def readers():
    yield from [torch.load]
for read in readers():
    read("a")  # site
