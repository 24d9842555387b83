# expect: unsafe LG001
import torch


class A(Base, weights=torch.load(p)):  # site
    pass
