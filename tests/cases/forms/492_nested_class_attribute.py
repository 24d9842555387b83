# expect: unsafe LG001
import torch


class A:
    class B:
        load = staticmethod(torch.load)


A.B.load(p)  # site
