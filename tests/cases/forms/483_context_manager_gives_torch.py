# expect: unsafe LG001
import contextlib, torch
@contextlib.contextmanager
def lib():
    yield torch
with lib() as t:
    t.load("x")  # site
