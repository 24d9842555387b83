# expect: safe
import torch
x = torch.load("a", weights_only=torch.__version__ >= "1.13" or True)
