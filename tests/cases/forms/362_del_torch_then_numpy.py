# expect: safe
import torch

del torch
import numpy as torch

torch.load("model.pt")
