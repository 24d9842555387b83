# expect: safe
import torch


def safe():
    return True


state = torch.load("model.pt", weights_only=safe())
