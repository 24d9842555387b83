# expect: unsafe LG001
import torch
def logged(f):
    def inner(path, **k):
        return f(path)
    return inner
read = logged(torch.load)  # site
state = read("a", weights_only=True)
