# expect: unsafe LG001
import functools, torch
functools.reduce(getattr, ["serialization", "load"], torch)("x.pt")  # site
