# expect: unsafe LG001
import torch
found = [item for item in [torch] if item.load("a.pt")]  # site
