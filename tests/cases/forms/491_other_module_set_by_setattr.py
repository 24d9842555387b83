# expect: safe
import numpy


class A:
    pass


setattr(A, "t", numpy)
A.t.load(p)
