# expect: unsafe LG002
import torch


def safe():
    return False


x = torch.load("model.pt", weights_only=safe())  # site
