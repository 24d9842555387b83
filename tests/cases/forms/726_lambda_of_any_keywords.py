# expect: unsafe LG001
import torch
state = (lambda **given: given["lib"].load("a.pt"))(lib=torch)  # site
