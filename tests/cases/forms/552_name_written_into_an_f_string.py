# expect: unsafe LG001
import torch

state = eval(f"{'torch'}.load('model.pt')")  # site
