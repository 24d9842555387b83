# expect: depends LG003
import os, torch

torch.load(p, weights_only=os.environ.get("SAFE") == "1")  # site
