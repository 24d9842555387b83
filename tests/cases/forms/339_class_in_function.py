# expect: unsafe LG001
def f():
    import torch

    class A:
        def g(self, p):
            return torch.load(p)  # site

    return A
