# expect: safe
import torch
import numpy as torch

state = torch.load("x.npy")
