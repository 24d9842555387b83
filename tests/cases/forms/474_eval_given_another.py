# expect: safe
import json
import torch

value = eval("torch.load(handle)", {"torch": json, "handle": open("a.json")})
