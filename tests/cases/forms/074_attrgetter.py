# expect: unsafe LG001
import operator

import torch

state = operator.attrgetter("load")(torch)("model.pt")  # site
