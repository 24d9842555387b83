# expect: unsafe LG001
import torch
match torch:
    case t:
        t.load("a")  # site
