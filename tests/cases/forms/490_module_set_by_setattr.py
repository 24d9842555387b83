# expect: unsafe LG001
import torch


class A:
    pass


setattr(A, "t", torch)
A.t.load(p)  # site
