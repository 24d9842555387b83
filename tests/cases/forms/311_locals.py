# expect: unsafe LG001
def f(p):
    import torch

    return locals()["torch"].load(p)  # site
