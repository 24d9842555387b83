# expect: unsafe LG001
import functools, torch
functools.reduce(getattr, ["load"], torch)("x.pt")  # site
