# expect: unsafe LG001
import torch


class Reader:
    read = staticmethod(torch.load)  # site
