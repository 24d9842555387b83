# expect: unsafe LG001
import torch

read, write = torch.load, torch.save
state = read("model.pt")  # site
