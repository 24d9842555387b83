# expect: unsafe LG001
import sys

import torch

state = sys.modules["torch"].load("model.pt")  # site
