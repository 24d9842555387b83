# expect: unsafe LG001
import sys
import torch
sys.modules["reader"] = torch
from reader import load
state = load("a.pt")  # site
