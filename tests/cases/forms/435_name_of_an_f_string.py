# expect: unsafe LG001
import torch
p = "lo"
getattr(torch, f"{p}ad")("x")  # site
