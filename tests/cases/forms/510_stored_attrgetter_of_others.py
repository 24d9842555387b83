# expect: safe
from operator import attrgetter

import torch

reader = attrgetter("load")
models = [reader(each)("model.npz") for each in (torch.nn.Linear(1, 1), torch.nn.Linear(2, 2))]
