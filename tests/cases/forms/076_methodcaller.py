# expect: unsafe LG001
import operator

import torch

state = operator.methodcaller("load", "model.pt")(torch)  # site
