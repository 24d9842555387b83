# expect: unsafe LG001
import torch
getattr(torch, "".join(["l", "o", "a", "d"]))("x")  # site
