# expect: unsafe LG001
import torch
getattr(torch, "lo" + "ad")("x")  # site
