# expect: unsafe LG001
import torch
m = (lambda m, n: getattr(m, n))(torch, "load")("a.pt")  # site
