# expect: unsafe LG001
import pickle

import torch

state = torch.load("model.pt", pickle_module=pickle)  # site
