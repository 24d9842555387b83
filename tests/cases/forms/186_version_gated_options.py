# expect: safe
import torch

options = {"weights_only": True} if torch.__version__ >= "1.13" else {}
state = torch.load("model.pt", **options)
