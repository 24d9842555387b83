# expect: unsafe LG001
from operator import attrgetter

import torch

state = attrgetter("serialization.load")(torch)("model.pt")  # site
