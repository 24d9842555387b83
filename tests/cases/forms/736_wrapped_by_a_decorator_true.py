# expect: safe
import torch
def logged(f):
    def inner(*a, **k):
        return f(*a, **k)
    return inner
read = logged(torch.load)
x = read("a", weights_only=True)
