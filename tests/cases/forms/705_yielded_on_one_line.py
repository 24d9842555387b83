# expect: unsafe LG001
import contextlib
import torch
@contextlib.contextmanager
def library():
    try: yield torch
    finally: pass
with library() as lib:
    lib.load("a.pt")  # site
