# expect: unsafe LG001
import torch


def outer():
    read = None

    def prepare():
        nonlocal read
        read = torch.load

    prepare()
    return read("model.pt")  # site
