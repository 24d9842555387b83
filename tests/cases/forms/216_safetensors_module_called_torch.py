# expect: safe
from safetensors import torch

state = torch.load(open("model.safetensors", "rb").read())
