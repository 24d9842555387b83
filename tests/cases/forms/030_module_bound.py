# expect: unsafe LG001
import torch

backend = torch
state = backend.load("model.pt")  # site
