# expect: safe
from operator import methodcaller

import torch

models = [torch.nn.Linear(1, 1)]
read = list(map(methodcaller("load", "model.npz"), models))
