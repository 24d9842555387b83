# expect: safe
import marimo
import torch
def read(torch):
    return torch.load("model.json")
