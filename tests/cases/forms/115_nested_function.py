# expect: unsafe LG001
def outer():
    import torch as th

    def inner(path):
        return th.load(path)  # site

    return inner
