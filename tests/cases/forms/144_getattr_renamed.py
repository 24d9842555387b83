# expect: unsafe LG001
from builtins import getattr as look

import torch

state = look(torch, "load")("model.pt")  # site
