# expect: unsafe LG001
import torch
def log(read):
    def logged(path):
        return read(path)
    return logged
read = log(torch.load)  # site
m = read("a.pt")
