# expect: unsafe LG001
import torch

READERS = {"torch": torch.load}


def read(path):
    for name, reader in READERS.items():
        return name, reader(path)  # site
