# expect: unsafe LG001
import importlib

import torch as lib

fresh = importlib.reload(lib)
state = fresh.load("model.pt")  # site
