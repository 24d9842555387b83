# expect: safe
import torch


def load(path):
    return open(path)


state = load("model.pt")
print(torch.zeros(1))
