# expect: unsafe LG001
import torch
def get(lib, p):
    return lib.load(p)  # site
library = torch
get(library, "a")
