# expect: unsafe LG001
import torch
getattr(torch, "daol"[::-1])("x")  # site
