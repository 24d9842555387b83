# expect: safe
from collections import namedtuple
import torch
IO = namedtuple("IO", "read write")
io = IO(torch.load, torch.save)
x = io.read("a", weights_only=True)
