# expect: unsafe LG003
import sys, torch
sys.modules[__name__].torch.load("x")  # site
