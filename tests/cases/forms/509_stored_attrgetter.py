# expect: unsafe LG001
import operator

import torch

reader = operator.attrgetter("load")
state = reader(torch)("model.pt")  # site
