# expect: safe
import torch

NAMES = {torch.load: "load", torch.save: "save"}
