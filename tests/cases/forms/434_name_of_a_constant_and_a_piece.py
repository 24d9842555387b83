# expect: unsafe LG001
import torch
A = "lo"
getattr(torch, A + "ad")("x")  # site
