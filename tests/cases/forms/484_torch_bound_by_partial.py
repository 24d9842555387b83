# expect: unsafe LG001
import functools, torch
def f(lib, p):
    return lib.load(p)  # site
g = functools.partial(f, torch)
g("x")
