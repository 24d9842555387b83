# expect: unsafe LG001
import torch
def read(*given):
    library, path = given
    return library.load(path)  # site
read(torch, "a.pt")
