# expect: unsafe LG001
def setup():
    exec("from torch import load as read", globals())
def go(p):
    return read(p)  # site
