# expect: unsafe LG001
import torch


def loader():
    return torch.load


state = loader()("model.pt")  # site
