# expect: unsafe LG001
import torch


class Reader(Base, loader=torch.load):  # site
    pass
