# expect: unsafe LG001
import torch
p = "a.pt"
state = (lambda *a: a[0].load(p))(torch)  # site
