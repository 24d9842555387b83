# expect: safe
def torch():
    return None


torch.load = print
torch.load("x")
