# expect: unsafe LG001
import sys
import torch
sys.modules["th"] = torch
import th
state = th.load("a.pt")  # site
