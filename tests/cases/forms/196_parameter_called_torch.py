# expect: safe
def read(torch, path):
    return torch.load(path)
