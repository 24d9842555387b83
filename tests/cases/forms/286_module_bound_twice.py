# expect: unsafe LG001
import torch.nn as nn, torch

lib = torch
backend = lib
state = backend.load("model.pt")  # site
