# expect: unsafe LG001
import torch
getattr(torch, "{}ad".format("lo"))("x")  # site
