# expect: unsafe LG001
from operator import attrgetter

import torch

x = attrgetter("serialization.load")(torch)("model.pt")  # site
