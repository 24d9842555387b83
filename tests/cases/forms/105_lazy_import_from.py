# expect: unsafe LG001
def read(path):
    from torch import load as restore

    return restore(path)  # site
